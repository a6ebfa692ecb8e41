"""A chat as a provider of eiginfra: its channels, and who is in them."""
