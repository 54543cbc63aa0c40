"""What travels between box and office: signed payloads, bundles, sticks. Bytes and directories, no store or devices."""
