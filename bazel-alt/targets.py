"""CMake's targets (build/*/targets.json), and which headers belong to which."""

import functools
import json
import re
from pathlib import Path

_INCLUDE = re.compile(r'^#include "([^"]+)"', re.MULTILINE)


class _Embedded:
    """The file that gcjobs_embed_text() adds to a target; false when it adds none."""

    def __init__(self, root, folder, fields):
        text, self.variable, template = fields or ("", "", "")
        self.text = _relative(root, folder / text)
        self.template = _relative(root, folder / template)
        self.source = self.template.removesuffix(".in")

    def __bool__(self):
        return bool(self.variable)

    def makes(self, path):
        """Whether CMake's build folder has it as this path."""
        return bool(self) and str(path).endswith("/" + self.source)


class Target:
    """One target; all paths are relative to the root of the project."""

    def __init__(self, root, build, fields):
        self.name = fields["name"]
        self.type = fields["type"]
        self.is_test = bool(fields["gcjobs_test_labels"])
        self.labels = fields["gcjobs_test_labels"]
        self.grpc = bool(fields["gcjobs_proto_grpc"])
        self.protos = [_relative(root, proto) for proto in fields["gcjobs_protos"]]
        # An interface library keeps what it links in the second.
        self.links = fields["link_libraries"] or fields.get("interface_link_libraries", [])
        self.defines = fields["compile_definitions"]
        self.public_defines = fields["interface_compile_definitions"]
        folder = Path(fields["folder"])
        self.embedded = _Embedded(root, folder, fields["gcjobs_embedded"])
        self.sources = []
        if not self.protos:
            sources = [folder / source for source in fields["sources"]]
            self.sources = [_relative(root, s) for s in sources if not self.embedded.makes(s)]
        self.headers = []  # see assign_headers
        inside = _relative(root, build)
        self.needs_build_folder = any(str(build) in text for text in self.defines)
        self.needs_build_folder |= any(source.startswith(inside) for source in self.sources)


class Model:
    """All targets by name, in CMake's order."""

    def __init__(self, file):
        fields = json.loads(Path(file).read_text())
        self.root = Path(fields["source"])
        build = Path(fields["build"])
        targets = [Target(self.root, build, each) for each in fields["targets"]]
        self.targets = {target.name: target for target in targets}

    def own_links(self, target):
        """The project's own targets among those that `target` links."""
        return [self.targets[name] for name in target.links if name in self.targets]

    def closure(self, names):
        """The targets of these names and all of the project that they link, links first."""
        ordered = {}

        def visit(target):
            if target.name in ordered:
                return
            for link in self.own_links(target):
                visit(link)
            ordered[target.name] = target

        for name in names:
            visit(self.targets[name])
        return list(ordered.values())

    def assign_headers(self):
        """Gives every header a target: CMake does not list them, Bazel must.

        A header belongs to the target of the .cc file of the same name, else to a library of its
        folder. Whoever includes one without linking such a library lists it, too.
        """
        for target in self.targets.values():
            target.headers = [h for h in map(_header_of, target.sources) if self._exists(h)]
        homes = self._homes()
        for target in self.closure(self.targets):
            given = {h for link in self.closure([target.name])[:-1] for h in link.headers}
            reached = self._reached_from(target.sources)
            own = {h for h, library in homes.items() if library is target}
            target.headers = sorted(own | set(target.headers) | (reached - given))

    def _homes(self):
        """The libraries of headers that have no .cc file."""
        libraries = [t for t in self.targets.values() if t.type != "EXECUTABLE" and t.sources]
        owned = {h for target in self.targets.values() for h in target.headers}
        files = [source for target in self.targets.values() for source in target.sources]
        homes = {}
        for header in self._reached_from(files) - owned:
            beside = [t for t in libraries if _folder(t.sources[0]) == _folder(header)]
            includers = [t for t in beside if header in self._reached_from(t.sources)]
            able = [t for t in beside if self._links_all_of(t, header)]
            if includers + able:
                homes[header] = (includers + able)[0]
        return homes

    def _links_all_of(self, library, header):
        """Whether a library links everything that a header includes."""
        given = {h for target in self.closure([library.name]) for h in target.headers}
        return self._reached_from([header]) - {header} <= given

    def _reached_from(self, files):
        """The project's headers among the files, and those that they include."""
        reached = set()
        for file in files:
            reached |= self._reached_from_file(file)
        return reached

    @functools.lru_cache(maxsize=None)
    def _reached_from_file(self, file):
        seen = {file}
        pending = [file]
        while pending:
            text = (self.root / pending.pop()).read_text()
            fresh = {name for name in _INCLUDE.findall(text) if self._exists(name)} - seen
            seen |= fresh
            pending += fresh
        return {name for name in seen if name.endswith(".h")}

    def _exists(self, file):
        return file.endswith(".h") and (self.root / file).is_file()


def _relative(root, path):
    """Files outside of the project stay absolute."""
    path = Path(path).resolve()
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)


def _header_of(source):
    return re.sub(r"\.cc$", ".h", source)


def _folder(file):
    return str(Path(file).parent)
