"""What teams and strangers do on the lab's GitLab: commits, releases, issues that call for help, changes from outside, stars.

All of it by the API, as the people themselves would, so that what eiginfra reads of it is what GitLab tells. `fill` gives every project
below a group some of it, the same at each run; the single methods are for tests that want one thing.
"""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import requests

HELP = "help wanted"
PUBLICCODE = """publiccodeYmlVersion: "0.4"
name: {title}
url: {url}
softwareType: standalone/web
platforms: [web]
developmentStatus: beta
description:
  fr:
    shortDescription: {title}, un défi des entrepreneurs d’intérêt général
    longDescription: {title} est développé en dix mois dans une administration. Le code est ouvert et les contributions sont bienvenues.
    features: [Recherche, Export des résultats]
legal:
  license: MIT
maintenance:
  type: internal
  contacts: [{{name: L’équipe, email: equipe@example.org}}]
localisation:
  localisationReady: false
  availableLanguages: [fr]
"""
README = """# {title}

Ce que fait {title}, pour qui, et où en est le projet. Un défi du programme Entrepreneurs d’intérêt général.

## Essayer

    make && ./serve

## Contribuer

Voir CONTRIBUTING.md. Contact : equipe@example.org

## Licence

MIT, © l’administration d’accueil
"""
CONTRIBUTING = "# Contribuer\n\nOuvrez un ticket avant une grande modification. Les merge requests sont relues en une semaine.\n"
LICENSE = "MIT License\n\nCopyright (c) l’administration d’accueil\n\nPermission is hereby granted, free of charge, to any person…\n"
STACKS: tuple[dict[str, str], ...] = (
    {"app.py": "def main() -> None:\n    print('bonjour')\n" * 40, "web/site.js": "console.log('bonjour')\n" * 20},
    {"server.js": "require('http')\n" * 60, "style.css": "body { margin: 0 }\n" * 10},
    {"analyse.R": "library(dplyr)\n" * 50, "prepare.py": "import pandas\n" * 15, "Makefile": "all:\n\techo\n"},
    {"src/main.rs": "fn main() {}\n" * 30, "run.sh": "#!/bin/sh\n" * 5},
)
CALLS = ("Relire la traduction anglaise", "Ajouter des tests à l’import", "Documenter l’installation", "Améliorer le contraste des cartes")
CHANGES = ("Corrige la lecture des dates", "Ajoute un export CSV", "Accélère la recherche", "Mentionne la licence dans l’aide")


@dataclass
class LabActivity:
    """url, token: the lab's GitLab, and the token of its administrator, who acts as anybody."""

    url: str
    token: str
    _known: set[str] = field(default_factory=set)

    def api(self, method: str, path: str, by: str | None = None, /, **body: Any) -> Any:
        """What GitLab answers to somebody, the administrator unless told otherwise; an AssertionError with its words where it refuses."""
        headers = {"PRIVATE-TOKEN": self.token} | ({"Sudo": by} if by else {})
        answer = requests.request(method, f"{self.url}/api/v4{path}", json=body or None, headers=headers, timeout=30)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def account(self, name: str) -> str:
        """Somebody's account, made when first named."""
        if name not in self._known and not self.api("GET", f"/users?username={name}"):
            fields = {"username": name, "name": name, "email": f"{name}@example.com", "reset_password": True, "skip_confirmation": True}
            self.api("POST", "/users", **fields)
        self._known.add(name)
        return name

    def commit(self, project: str, message: str = "change", *, by: str | None = None, branch: str = "main", **files: str) -> None:
        """Commit files, by path (`**{"a/b.py": "…"}`), over those that are there; a branch that is not there begins at the default one."""
        base = f"{_url(project)}/repository"
        branches = {one["name"] for one in self.api("GET", f"{base}/branches", by)}
        start = branch if branch in branches else "main"
        there = (
            {item["path"] for item in self.api("GET", f"{base}/tree?recursive=true&per_page=100&ref={start}", by)} if branches else set()
        )
        actions = [{"action": "update" if path in there else "create", "file_path": path, "content": text} for path, text in files.items()]
        begin = {"start_branch": "main"} if branches and start != branch else {}
        self.api("POST", f"{base}/commits", by, branch=branch, commit_message=message, actions=actions, **begin)

    def release(self, project: str, tag: str, name: str = "", text: str = "", **more: Any) -> None:
        """Release the default branch."""
        self.api("POST", f"{_url(project)}/releases", tag_name=tag, ref="main", name=name or tag, description=text, **more)

    def issue(self, project: str, title: str, *labels: str, by: str | None = None, **more: Any) -> int:
        """Open an issue; its number."""
        return int(self.api("POST", f"{_url(project)}/issues", by, title=title, labels=list(labels), **more)["iid"])

    def change(self, project: str, title: str, path: str, text: str = "change\n", *, by: str | None = None) -> int:
        """A change of one file by a member (the administrator), asked for and merged; the merge request's number."""
        branch = f"change-{path.replace('/', '-')}"
        self.commit(project, title, by=by, branch=branch, **{path: text})
        return self._merge(project, title, branch, by, {})

    def change_from_outside(self, project: str, name: str, title: str, path: str, text: str = "change\n") -> int:
        """A change by somebody who is no member, from a fork of theirs, merged by the team. The project has to be one that they see."""
        self.account(name)
        own = f"{name}/{project.rpartition('/')[2]}"
        if not any(fork["path_with_namespace"] == own for fork in self.api("GET", f"{_url(project)}/forks", name)):
            self.api("POST", f"{_url(project)}/fork", name)
        branch = f"change-{path.replace('/', '-')}"
        self.commit(own, title, by=name, branch=branch, **{path: text})
        target = self.api("GET", _url(project))["id"]
        return self._merge(project, title, branch, name, {"from": own, "target_project_id": target})

    def _merge(self, project: str, title: str, branch: str, by: str | None, more: dict[str, Any]) -> int:
        source = more.pop("from", project)
        body = {"title": title, "source_branch": branch, "target_branch": "main", **more}
        number = int(self.api("POST", f"{_url(source)}/merge_requests", by, **body)["iid"])
        self.api("PUT", f"{_url(project)}/merge_requests/{number}/merge")
        return number

    def star(self, project: str, *names: str) -> None:
        """Some people like it."""
        for name in names:
            self.api("POST", f"{_url(project)}/star", self.account(name))

    def fill(self, group: str = "eig/eig3", most: int = 100) -> list[str]:
        """Give the projects below a group some of everything, in the order of their full paths; those paths.

        Of four projects in a row the first has all that an open project needs, a change from outside too where it is public; the second
        lacks publiccode.yml, the third CONTRIBUTING and a release as well, and the fourth has nothing but what it was made with.
        """
        listed = self.api("GET", f"/groups/{quote(group, safe='')}/projects?include_subgroups=true&per_page={most}&order_by=path&sort=asc")
        paths = sorted(project["path_with_namespace"] for project in listed)
        by_path = {project["path_with_namespace"]: project for project in listed}
        for place, path in enumerate(paths):
            if place % 4 < 3:
                self._fill(path, by_path[path], place)
        return paths

    def _fill(self, path: str, project: Any, place: int) -> None:
        title, public = project["name"], project["visibility"] == "public"
        files = {"README.md": README.format(title=title), "LICENSE": LICENSE, **STACKS[place // 4 % len(STACKS)]}
        if place % 4 < 2:
            files["CONTRIBUTING.md"] = CONTRIBUTING
        if place % 4 == 0:
            files["publiccode.yml"] = PUBLICCODE.format(title=title, url=project["web_url"])
        self.commit(path, "Première version", **files)
        self.change(path, CHANGES[place % len(CHANGES)], "docs/notes.md", "# Notes\n")
        self.issue(path, "Une question sur les données")
        self.issue(path, CALLS[place % len(CALLS)], HELP)
        if place % 4 < 2:
            self.release(path, "v1.0", f"{title} 1.0", "Première version publique.")
        if public and place % 4 == 0:
            # Somebody else for each: nobody has two forks of one name.
            self.change_from_outside(path, f"passante-{place}", "Corrige une faute dans l’aide", "docs/aide.md", "# Aide\n")
            self.star(path, f"passante-{place}", "passant-2")


def _url(project: str) -> str:
    return f"/projects/{quote(project, safe='')}"
