"""A team's file without a fault, for tests that spoil it in one place."""

KEY = "AAAAC3NzaC1lZDI1NTE5AAAAIG1hZGUgdXA6IGFkbGVyLTEuLi4uLi4uLi4uLi4uLi4u"
GOOD = f"""\
title: ADLER
administration: Cour des comptes
description: Lutter
town: Paris
members:
  - username: adler-1
    name: One
    email: adler-1@example.org
    role: maintainer
    ssh_keys:
      - ssh-ed25519 {KEY} adler-1
    until: 2020-06-30
  - username: adler-2
    email: adler-2@example.org
mentors:
  - {{username: adler-mentor, email: adler-mentor@example.org}}
projects:
  - name: api
    title: API
    license: MIT
    website: https://adler.example.org
    topics: [python, nlp]
machines:
  - name: web
    image: debian-12
    size: small
    docker: true
    publish: [{{subdomain: adler, port: 8080}}]
    forward: [{{public: 10222, port: 22}}]
  - name: graph
    image: debian-12
    cores: 1
    memory: 1GiB
    disk: 20GiB
    mounts: [{{path: /srv/data, size: 20GiB}}]
"""
