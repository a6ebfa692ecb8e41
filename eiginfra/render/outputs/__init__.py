"""The JSON documents that commands print, as models: documents and their JSON Schemas are made from them."""
