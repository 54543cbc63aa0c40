"""`image-build/build`: the developer image, an application tree, an update bundle, a new lock."""

import os
import sys
import tomllib
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from sdimage import app as application
from sdimage import box as boxes
from sdimage import bundle as bundles
from sdimage import disk, lock, raspberry
from sdimage.made import Made
from sdimage.shell import BuildError
from sdimage.tree import HERE, Product

app = typer.Typer(help="Builds images of a box.", no_args_is_help=True, rich_markup_mode=None, add_completion=False)
console, errors = Console(stderr=True, highlight=False), Console(stderr=True, highlight=False, markup=False)
USUAL = application.PROJECT / "out/image"
Out = Annotated[Path, typer.Option(metavar="DIR", help="Where the image and what is kept for the next build go.")]
Keyring = Annotated[
    Path | None,
    typer.Option(
        exists=True, dir_okay=False, help="Certificates whose updates it takes. Without it: one made here, to try with."
    ),
]
Version = Annotated[str | None, typer.Option(help="Another version than the project's, to try updates with.")]


def main() -> None:
    """The `build` program."""
    try:
        app(prog_name="image-build/build")
    except BuildError as error:
        errors.print(str(error), soft_wrap=True)
        sys.exit(1)


def project_version() -> str:
    """The version that pyproject.toml states."""
    return str(tomllib.loads((application.PROJECT / "pyproject.toml").read_text())["project"]["version"])


@app.command("image", epilog="Example: image-build/build image")
def image(out: Out = USUAL, version: Version = None, keyring: Keyring = None) -> None:
    """The developer image: plain Debian for arm64 that boots in an emulator, with its block map."""
    made = _made(out)
    path = made.image(_product(made, version, keyring))
    console.print(f"{path} is made; boot it with: make image-test", soft_wrap=True)


@app.command("bundle", epilog="Example: image-build/build bundle --version 0.2.0 --key update.key --cert update.pem")
def bundle(
    out: Out = USUAL,
    version: Version = None,
    keyring: Keyring = None,
    key: Annotated[str | None, typer.Option(help="The update key: a file, or a PKCS#11 URL.")] = None,
    cert: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="Its certificate.")] = None,
    packages: Annotated[
        Path | None, typer.Option(metavar="TREE", help="Of a box: the directory that rpi-image-gen made.")
    ] = None,
    board: Annotated[str, typer.Option(help="Of a box: pi4 or pi5.")] = "pi4",
) -> None:
    """A signed update of the developer image, or of a box's from the packages that rpi-image-gen set up."""
    if (key is None) != (cert is None):
        raise typer.BadParameter(
            "key and certificate belong together; name both, or none to try with", param_hint="--key"
        )
    made = _made(out)
    signer = bundles.Signer(key, cert) if key and cert else bundles.throw_away_keys(made.at / "keys")
    if packages is None:
        product = _product(made, version, keyring)
        parts = made.parts(product)
    else:
        if key is None or keyring is None:
            raise typer.BadParameter("an update of a box wants --key, --cert and --keyring", param_hint="--packages")
        product = _boxes(board, version, keyring)
        parts = made.at / f"update-{board}-{product.version}"
        disk.slots(product, boxes.dressed(product, packages, made.tools(), made.at), made.tools(), parts)
    path = bundles.make(product, parts, made.tools(), signer, made.at)
    console.print(f"{path} is made.", soft_wrap=True)


@app.command("lock", epilog="Example: image-build/build lock")
def lock_anew(out: Out = USUAL) -> None:
    """Resolve packages and wheels anew; look at the change before you commit it."""
    _made(out).lock()
    application.lock_wheels()
    console.print("image-build/locks/ is made anew.")


@app.command("app", epilog="Example: image-build/build app TREE --version 0.1.0")
def app_tree(
    tree: Annotated[Path, typer.Argument(metavar="TREE", help="The root of a system for arm64.")],
    version: Version = None,
) -> None:
    """Put the application of a box (no simulated people) into a tree, as /opt/jemput."""
    _epoch()
    application.make(tree, version or project_version(), training=False)


@app.command(
    "box", epilog="Example: image-build/build box out/pi4/packages/filesystem --keyring updates.pem --board pi4"
)
def box(
    packages: Annotated[Path, typer.Argument(metavar="TREE", help="The directory that rpi-image-gen made.")],
    keyring: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="Certificates whose updates it takes.")],
    board: Annotated[str, typer.Option(help="pi4 or pi5.")] = "pi4",
    out: Out = USUAL,
    version: Version = None,
) -> None:
    """A box's image from the packages that rpi-image-gen set up."""
    product, made = _boxes(board, version, keyring), _made(out)
    path = disk.make(product, boxes.dressed(product, packages, made.tools(), made.at), made.tools(), made.at)
    disk.compress(path)
    console.print(f"{path} is made.", soft_wrap=True)


@app.command("packages", epilog="Example: image-build/build packages")
def packages() -> None:
    """The names of the packages that every box has."""
    print("\n".join(lock.names(HERE / "packages/common.list")))


def _made(out: Path) -> Made:
    if os.geteuid() != 0:
        raise BuildError("Building a tree of another system wants root; run it by sudo.")
    if out.exists() and not out.is_dir():
        raise BuildError(f"{out} is no directory; name another one by --out.")
    _epoch()
    return Made(out.resolve(), lambda what: console.print(f"[dim]{what}[/dim]"))


def _product(made: Made, version: str | None, keyring: Path | None) -> Product:
    ring = keyring or bundles.throw_away_keys(made.at / "keys").certificate
    return Product("virt", version or project_version(), training=True, keyring=ring)


def _boxes(board: str, version: str | None, keyring: Path) -> Product:
    if board not in raspberry.NEEDED:
        raise typer.BadParameter(f"there is no {board}; boards are {', '.join(raspberry.NEEDED)}", param_hint="--board")
    return Product(board, version or project_version(), training=False, keyring=keyring)


def _epoch() -> None:
    """The day that every file of an image bears: the newest lock's, by its own first line."""
    os.environ.setdefault("SOURCE_DATE_EPOCH", (HERE / "locks/epoch").read_text().strip())


if __name__ == "__main__":
    main()
