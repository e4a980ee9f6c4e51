"""Papers: what is handed out of meetings, in one house layout. Each is made for one reader and holds nothing else."""
