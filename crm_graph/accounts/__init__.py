"""Who uses the account and what they may do: tokens, permissions, owners."""
