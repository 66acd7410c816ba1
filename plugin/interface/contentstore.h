// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/result.h>

#include <QtCore/QByteArray>
#include <QtCore/QFuture>
#include <QtCore/QList>
#include <QtCore/QObject>
#include <QtCore/QSharedDataPointer>

namespace RemoteLog {

class BlockPrivate;
class UploadPrivate;
class FetchPrivate;

// What a content store keeps: bytes and the address that follows from them. An implicitly shared
// value.
class REMOTELOG_EXPORT Block
{
public:
    Block();
    // `address`: a binary CID (36 bytes); `bytes`: at most 1 MiB. Nothing is checked here.
    Block(const QByteArray &address, const QByteArray &bytes);
    Block(const Block &other);
    Block(Block &&other) noexcept;
    Block &operator=(const Block &other);
    Block &operator=(Block &&other) noexcept;
    ~Block();

    QByteArray address() const;
    QByteArray bytes() const;

private:
    QSharedDataPointer<BlockPrivate> d;
};

// One call of ContentStore::put(). An implicitly shared value that may gain fields.
class REMOTELOG_EXPORT Upload
{
public:
    Upload();
    Upload(const Upload &other);
    Upload(Upload &&other) noexcept;
    Upload &operator=(const Upload &other);
    Upload &operator=(Upload &&other) noexcept;
    ~Upload();

    // Blocks to keep, oldest first: each comes after those that it links to. At most 8 MiB or one
    // block.
    QList<Block> blocks() const;
    void setBlocks(const QList<Block> &blocks);

    // Address of the block (the last of blocks()) that is the log's head after this; null if more
    // is to come.
    QByteArray head() const;
    void setHead(const QByteArray &address);

    // The head that this store held of the log before; null if none. A store that pins may unpin
    // it.
    QByteArray previousHead() const;
    void setPreviousHead(const QByteArray &address);

    // True if the store holds everything below head() once this is done.
    bool completesTree() const;
    void setCompletesTree(bool completes);

private:
    QSharedDataPointer<UploadPrivate> d;
};

// One call of ContentStore::get(). An implicitly shared value that may gain fields.
class REMOTELOG_EXPORT Fetch
{
public:
    Fetch();
    Fetch(const QByteArray &address, qint64 limit);
    Fetch(const Fetch &other);
    Fetch(Fetch &&other) noexcept;
    Fetch &operator=(const Fetch &other);
    Fetch &operator=(Fetch &&other) noexcept;
    ~Fetch();

    // The block wanted, a binary CID.
    QByteArray address() const;

    // Most bytes that may be read for the answer.
    qint64 limit() const;

    // True if the blocks below the one wanted are welcome in the same answer.
    bool wholeTree() const;
    void setWholeTree(bool whole);

private:
    QSharedDataPointer<FetchPrivate> d;
};

// A content-addressed storage (3/REMOTE-LOG: CAS). A host derives from it to bring its own
// (TransportPlugin::registerContentStore).
//
// Created, called and deleted in the plugin's worker thread. Calls never block: what blocks has a
// thread of its own. Each future gets exactly one value; one that never comes is given up after a
// time limit. Nothing that it returns is trusted: the plugin checks every block against its
// address.
class REMOTELOG_EXPORT ContentStore : public QObject
{
    Q_OBJECT

public:
    explicit ContentStore(QObject *parent = nullptr);
    ~ContentStore() override;

    // True if it is held back while there is no network.
    virtual bool needsNetwork() const = 0;

    // The network changed or the store is about to be deleted: finishes open calls soon, with
    // WillRetry.
    virtual void abort() = 0;

    // Keeps blocks durably. A null Problem says that all of them are kept.
    virtual QFuture<Problem> put(const Upload &upload) = 0;

    // The block wanted, perhaps with others. An empty list says that the store does not have it
    // (now).
    virtual QFuture<Result<QList<Block>>> get(const Fetch &fetch) = 0;

    // For each address, in order, whether the store holds the block.
    virtual QFuture<Result<QList<bool>>> exists(const QList<QByteArray> &addresses) = 0;

Q_SIGNALS:
    // A block that was asked for and missing may be there now.
    void changed();
};

} // namespace RemoteLog
