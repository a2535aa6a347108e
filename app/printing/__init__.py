"""Printing: national forms, lists and requests as PDF. Importing a module here loads neither ReportLab nor a font."""
