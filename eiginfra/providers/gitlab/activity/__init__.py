"""What others did in the projects on GitLab, as core.activity has it: read project by project, in few requests, and cleaned."""
