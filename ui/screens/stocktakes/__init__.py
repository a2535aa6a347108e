"""盘点: counting what stands on the shelf against the book, and answering random checks."""
