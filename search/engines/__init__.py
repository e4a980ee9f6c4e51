"""Two engines answer the same query: the ledger by its database's own full text, and Elasticsearch."""
