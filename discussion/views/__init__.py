"""Pages of discussions and notifications. All of it works with scripts off; the socket only makes it quicker."""
