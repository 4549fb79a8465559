"""What content is made of: rules, runbooks, actions, plans, and what they may say."""
