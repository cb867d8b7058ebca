"""The central server: app factory, thin routes, handlers, repositories, feed, audit, jobs.

Must not know: the laptop's engine, Qt, field_app. Read first: `app.py`, then `handlers/push.py`.
"""
