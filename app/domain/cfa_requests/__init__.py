"""The catalogue of CFAs, the offers that employers send them, and the candidates that they propose."""
