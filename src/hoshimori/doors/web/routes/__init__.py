"""What may be asked of the service, one file a subject. Each file has a `router`; `app.py` joins them."""
