"""Where providers reach us: webhooks as a bare ASGI application, and the server that runs it."""
