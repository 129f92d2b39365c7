"""What people touch: settings, the command line and the Gradio page."""
