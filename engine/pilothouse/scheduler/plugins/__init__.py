"""The default plugins of kube-scheduler 1.36, one file each, under their real names."""
