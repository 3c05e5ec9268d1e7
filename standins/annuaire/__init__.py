"""The company directory, Sirene and the geocoder, over invented establishments."""
