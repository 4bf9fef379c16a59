"""Pages on which a super admin changes the data model: each form says what the change touches before it is made."""
