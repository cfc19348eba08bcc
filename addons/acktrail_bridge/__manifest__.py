{
    "name": "acktrail bridge",
    "summary": "One call that takes documents of acktrail: deduplicate, create, act, attach",
    "version": "19.0.1.1.0",
    "category": "Technical",
    "author": "acktrail",
    "license": "LGPL-3",
    "depends": ["base"],
    "data": [
        "security/groups.xml",
        "security/ir.model.access.csv",
        "views/inbox_views.xml",
    ],
}
