# make demo   sets everything up, libtorch included, and breeds the lineage of recipes/rust-coder.yaml
# make test   sets everything up and runs every test
# make bench  measures training against PyTorch, and data against Python, in one run (downloads them)
# make fuzz   throws strange recipes and strange data at whatever reads them, a minute each
# make docs   writes the generated pages anew
.PHONY: demo test build bench docs lint fuzz

export PYTHON ?= python3

demo: build
	cargo run --release --quiet --bin pedigree -- run recipes/rust-coder.yaml

build:
	.ci/libtorch
	cargo build --release --locked --bins

test:
	.ci/libtorch
	cargo test --release --locked --no-fail-fast

lint:
	.ci/libtorch
	cargo fmt --check
	cargo clippy --release --locked --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --release --locked --no-deps --document-private-items

docs: build
	UPDATE_DOCS=1 cargo test --release --locked --test it _page

bench: build
	.ci/bench

fuzz:
	.ci/fuzz
