"""Flask extensions, bare: `install` ties them to the application. (`db` is in core/database.py.)"""

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_mail import Mail
from flask_migrate import Migrate
from flask_wtf import CSRFProtect

from app.core.database import db

migrate = Migrate(compare_type=True, render_as_batch=True)
login_manager = LoginManager()
csrf = CSRFProtect()
mail = Mail()
limiter = Limiter(get_remote_address, default_limits=[], headers_enabled=False)


def install(app: Flask, *, directory: str) -> None:
    """Tie every extension to the application; `directory` holds the migrations."""
    migrate.init_app(app, db, directory=directory)
    login_manager.init_app(app)
    csrf.init_app(app)
    mail.init_app(app)
    limiter.init_app(app)
