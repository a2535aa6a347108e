"""收货 at the clinic: what came of a shipment is taken onto the shelf, and its receipt goes back to the township."""
