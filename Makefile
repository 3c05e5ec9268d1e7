# Dépôt Alternance. « make » seul dit ce qui existe ; tout se lance depuis ce dossier.
# Python 3.11 ou plus récent suffit : chaque cible prépare elle-même ce qui lui manque.

PYTHON ?= python3
BIN := .venv/bin/python -m
NOM ?=
OBJECTIFS ?=

.DEFAULT_GOAL := help
.PHONY: help run setup test check bench assurance docs migration lock clean reset

help: ## Dire ce que fait chaque cible
	@echo "Dépôt Alternance"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'
	@echo "Réglages : docs/reglages.md. Exemple : PORT=5050 make run"

run: ## Démarrer le portail sur cette machine, depuis rien ; Ctrl-C arrête tout
	@exec $(PYTHON) -m scripts.run

setup: ## Préparer l’environnement d’essai, les feuilles de style et les icônes
	@exec $(PYTHON) -m scripts.run_tests --prepare-only

test: ## Lancer la suite d’essais sur SQLite puis sur PostgreSQL
	@exec $(PYTHON) -m scripts.run_tests

check: setup ## Relire le code : style, types, couches, gabarits
	@exec $(BIN) scripts.check

bench: setup ## Mesurer vitesse et mémoire ; écrit reports/bench.json
	@exec $(BIN) scripts.bench

assurance: setup ## Rejouer les preuves longues, ou celles de OBJECTIFS="G3 G5" ; écrit docs/preuves.md
	@exec $(BIN) scripts.assurance $(OBJECTIFS)

docs: setup ## Refaire docs/routes.md et docs/etats.md
	@exec $(BIN) scripts.generate_docs

migration: setup ## Écrire une migration depuis les modèles : make migration NOM=add_dossier_deadline
	@exec $(BIN) scripts.new_migration "$(NOM)"

lock: setup ## Refaire les verrous à empreintes (requirements*.txt)
	@$(BIN) uv pip compile -q --generate-hashes --python-version 3.11 --no-header requirements-tools.in -o requirements-tools.txt
	@$(BIN) uv pip compile -q --generate-hashes --python-version 3.11 --no-header requirements.in -o requirements.txt
	@$(BIN) uv pip compile -q --generate-hashes --python-version 3.11 --no-header requirements-dev.in -o requirements-dev.txt
	@git --no-pager diff --stat -- 'requirements*.txt' 2>/dev/null || true

clean: ## Effacer ce qui se refait : environnement, feuilles produites, rapports ; garder les données
	@rm -rf .venv static/dist reports .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage htmlcov
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

reset: ## Effacer les données de démonstration de var/ ; garder les paquets téléchargés
	@rm -rf var/depot.sqlite3 var/depot.sqlite3-shm var/depot.sqlite3-wal var/.base var/courriels var/journaux
