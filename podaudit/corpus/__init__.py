"""Many chats: every export audited into one folder of tables, on this machine or a cluster, resumable, and safe to share."""
