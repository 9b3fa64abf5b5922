"""`python -m benchmarks`: the same as `vahid bench`."""

import typer

from vahid.commands.bench import bench

if __name__ == "__main__":
    typer.run(bench)
