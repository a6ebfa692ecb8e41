"""The formats of a report, a module for each. `report.write` is where a command hands over what it has to say."""
