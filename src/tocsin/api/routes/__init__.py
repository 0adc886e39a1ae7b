"""The operations of the API, one module a resource. Each is thin: read the request, ask the desk or the store, answer."""
