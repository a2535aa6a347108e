"""缺药: the clinic's shortage reports, and the township's list of all of them."""
