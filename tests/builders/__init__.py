"""What tests are built from, used by several of them."""
