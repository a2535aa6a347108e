"""The screens, one folder per entry of the navigation. Each folder's `entry(services)` gives its ScreenEntry."""
