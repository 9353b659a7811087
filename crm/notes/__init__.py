"""What the house tells itself about a guest: signed notes, and tasks with a time to do them by."""
