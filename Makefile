# The verbs of this project. Each sets up what is missing first.
BIN := .venv/bin
OUT := out
TOUR := $(addprefix $(OUT)/,box stick office recovery backup afis shots tour.json residents.csv)

.PHONY: run test lint bench shots lab image update image-test setup

setup:
	@./setup.sh

run: setup
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ]; then \
		[ -d $(OUT)/training ] || $(BIN)/kiosk tour --people 0 --seed 1 --out $(OUT)/training; \
		exec $(BIN)/kiosk run --box $(OUT)/training/box/box.toml; \
	else \
		rm -rf $(TOUR); \
		exec $(BIN)/kiosk tour --people 3 --seed 1 --out $(OUT); \
	fi

test: setup
	@$(BIN)/python -m pytest -q

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/pyright
	@$(BIN)/lint-imports

bench: setup
	@$(BIN)/python -m bench --out $(OUT)/bench.json

shots: setup
	@$(BIN)/python -m kiosk.ui.shots $(OUT)/shots

# A virtual machine with Debian's own kernel, for what drivers and rules do on a real one; wants root, takes minutes.
lab: setup
	@tests/lab/packages.sh
	@JEMPUT_LAB=1 $(BIN)/python -m pytest -q tests/lab
	@.ci/heavy passed lab

# The card image for the emulator: everything that the box's own image has, from plain Debian. Wants root; a quarter of an
# hour the first time, some minutes afterwards.
image: setup
	@image-build/packages.sh
	@image-build/build image

# A signed update for that image, of a newer version.
update: image
	@image-build/build bundle --version 99.0.0

# Boots it in an emulator, records somebody, cuts its power, updates it. Takes three hours on two cores, a machine on each;
# one part: make image-test PART=boot
image-test: export JEMPUT_IMAGE = $(OUT)/image
image-test: image $(if $(PART),$(if $(findstring updates,$(PART)),update),update)
	@$(if $(PART),,JEMPUT_PROCESSORS=1) $(BIN)/python -m pytest -q \
		$(if $(PART),tests/image/test_$(PART).py,-n auto --dist loadfile tests/image)
	@$(if $(filter-out boot,$(PART)),,.ci/heavy passed image)
