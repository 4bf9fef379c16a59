"""The data model as a picture and as files: counted, laid out, drawn; the page and the command show the same."""
