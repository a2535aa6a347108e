"""The frame around the screens: main window, navigation, search, sign-in and lock."""
