"""The ASGI application: sessions, problem details, event stream, OpenAPI, the built pages."""
