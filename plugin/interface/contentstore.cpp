// SPDX-License-Identifier: MIT
#include <RemoteLog/contentstore.h>

namespace RemoteLog {

class BlockPrivate : public QSharedData
{
public:
    QByteArray address;
    QByteArray bytes;
};

class UploadPrivate : public QSharedData
{
public:
    QList<Block> blocks;
    QByteArray head;
    QByteArray previousHead;
    bool completesTree = false;
};

class FetchPrivate : public QSharedData
{
public:
    QByteArray address;
    qint64 limit = 0;
    bool wholeTree = false;
};

Block::Block()
    : d(new BlockPrivate)
{
}

Block::Block(const QByteArray &address, const QByteArray &bytes)
    : d(new BlockPrivate)
{
    d->address = address;
    d->bytes = bytes;
}

Block::Block(const Block &other) = default;
Block::Block(Block &&other) noexcept = default;
Block &Block::operator=(const Block &other) = default;
Block &Block::operator=(Block &&other) noexcept = default;
Block::~Block() = default;

QByteArray Block::address() const
{
    return d->address;
}

QByteArray Block::bytes() const
{
    return d->bytes;
}

Upload::Upload()
    : d(new UploadPrivate)
{
}

Upload::Upload(const Upload &other) = default;
Upload::Upload(Upload &&other) noexcept = default;
Upload &Upload::operator=(const Upload &other) = default;
Upload &Upload::operator=(Upload &&other) noexcept = default;
Upload::~Upload() = default;

QList<Block> Upload::blocks() const
{
    return d->blocks;
}

void Upload::setBlocks(const QList<Block> &blocks)
{
    d->blocks = blocks;
}

QByteArray Upload::head() const
{
    return d->head;
}

void Upload::setHead(const QByteArray &address)
{
    d->head = address;
}

QByteArray Upload::previousHead() const
{
    return d->previousHead;
}

void Upload::setPreviousHead(const QByteArray &address)
{
    d->previousHead = address;
}

bool Upload::completesTree() const
{
    return d->completesTree;
}

void Upload::setCompletesTree(bool completes)
{
    d->completesTree = completes;
}

Fetch::Fetch()
    : d(new FetchPrivate)
{
}

Fetch::Fetch(const QByteArray &address, qint64 limit)
    : d(new FetchPrivate)
{
    d->address = address;
    d->limit = limit;
}

Fetch::Fetch(const Fetch &other) = default;
Fetch::Fetch(Fetch &&other) noexcept = default;
Fetch &Fetch::operator=(const Fetch &other) = default;
Fetch &Fetch::operator=(Fetch &&other) noexcept = default;
Fetch::~Fetch() = default;

QByteArray Fetch::address() const
{
    return d->address;
}

qint64 Fetch::limit() const
{
    return d->limit;
}

bool Fetch::wholeTree() const
{
    return d->wholeTree;
}

void Fetch::setWholeTree(bool whole)
{
    d->wholeTree = whole;
}

ContentStore::ContentStore(QObject *parent)
    : QObject(parent)
{
}

ContentStore::~ContentStore() = default;

bool ContentStore::isReadOnly() const
{
    return false;
}

} // namespace RemoteLog
