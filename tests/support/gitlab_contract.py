"""What GitLab's own OpenAPI description says of an answer, as far as it says anything."""

# The description calls most fields `string`, whatever they are: only the other types are worth a check.
CHECKED = {"boolean": bool, "integer": int, "array": list, "object": dict}
# Fields that real answers carry and the description leaves out (recordings; GitLab's documentation of users and labels).
UNDESCRIBED = {
    "permissions", "web_url", "readme_url", "is_admin", "note", "namespace_id", "created_by", "email_reset_offered_at",
    "using_license_seat", "is_auditor", "provisioned_by_group_id", "enterprise_group_id", "enterprise_group_associated_at",
    "issues_template", "membership_state", "execute_filemode",
}  # fmt: skip


def complaints(contract, schema, value, where):
    if "$ref" in schema:
        schema = contract["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if schema.get("type") == "array" and "items" in schema:
        items = value if isinstance(value, list) else [value]  # the description is not sure about lists of one
        for item in items:
            yield from complaints(contract, schema["items"], item, where)
        return
    properties = schema.get("properties")
    if properties is None or not isinstance(value, dict):
        return
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{where}: {name} is missing"
    for name, inner in value.items():
        if name in properties:
            yield from complaints_of_field(properties[name], inner, f"{where}.{name}")
            yield from complaints(contract, properties[name], inner, f"{where}.{name}")
        elif name not in UNDESCRIBED:
            yield f"{where}.{name}: not described"


def complaints_of_field(known, value, where):
    if value is None:
        return
    expected = CHECKED.get(known.get("type", ""))
    if expected and not isinstance(value, expected):
        yield f"{where}: {value!r} is not {known['type']}"
    if known.get("enum") and value not in known["enum"]:
        yield f"{where}: {value!r} is none of {known['enum']}"
