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

// What a content store keeps: bytes and the address that follows from them (3/REMOTE-LOG, Payloads:
// CAS, Content and Address). An implicitly shared value; reentrant.
class REMOTELOG_EXPORT Block
{
public:
    // No block: address and bytes are null.
    Block();
    // `address`: a binary CID (36 bytes); `bytes`: at most 1 MiB. Nothing is checked here.
    Block(const QByteArray &address, const QByteArray &bytes);
    Block(const Block &other);
    Block(Block &&other) noexcept;
    Block &operator=(const Block &other);
    Block &operator=(Block &&other) noexcept;
    ~Block();

    // The block's name: a CIDv1 in binary form (codec dag-cbor, SHA-256), 36 bytes.
    QByteArray address() const;

    // The content, sealed: 1 byte to 1 MiB. A store keeps exactly these bytes and understands none.
    QByteArray bytes() const;

private:
    QSharedDataPointer<BlockPrivate> d;
};

// One call of ContentStore::put(). An implicitly shared value that may gain fields; reentrant. The
// setters are for whoever makes it; a store only reads it.
class REMOTELOG_EXPORT Upload
{
public:
    // No blocks, no heads.
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

    // The head that this store was given last, of the same log; set on every upload once there was
    // one, but for single blocks that are put back; null before. A store that finds it missing has
    // lost what it had: it answers WillRetry, and the plugin starts over from the oldest block. A
    // store that pins may unpin it once it has pinned head().
    QByteArray previousHead() const;
    void setPreviousHead(const QByteArray &address);

    // True if the store holds everything below head() once this is done.
    bool completesTree() const;
    void setCompletesTree(bool completes);

private:
    QSharedDataPointer<UploadPrivate> d;
};

// One call of ContentStore::get(). An implicitly shared value that may gain fields; reentrant.
class REMOTELOG_EXPORT Fetch
{
public:
    // Asks for nothing: the address is null, the limit 0.
    Fetch();
    // `address` and `limit` as below; wholeTree() is false.
    Fetch(const QByteArray &address, qint64 limit);
    Fetch(const Fetch &other);
    Fetch(Fetch &&other) noexcept;
    Fetch &operator=(const Fetch &other);
    Fetch &operator=(Fetch &&other) noexcept;
    ~Fetch();

    // The block wanted, a binary CID.
    QByteArray address() const;

    // Most bytes that may be read for the answer, all blocks together: at least 1 MiB. What would
    // go over it is left out.
    qint64 limit() const;

    // True if the blocks below the one wanted are welcome in the same answer; false at first.
    bool wholeTree() const;
    void setWholeTree(bool whole);

private:
    QSharedDataPointer<FetchPrivate> d;
};

// A content-addressed storage (3/REMOTE-LOG, Payloads: CAS). A host derives from it to bring its
// own (TransportPlugin::registerContentStore).
//
// Created, called and deleted in the plugin's worker thread, one object for each transport. Several
// calls may be open at once. Calls never block: what blocks has a thread of its own. Each future
// gets exactly one value, finished in any thread. How long it may take is at each call; one that
// has none by then counts as WillRetry. Nothing that it returns is trusted: the plugin checks every
// block against its address.
//
// Problems to answer with: WillRetry for what passes by itself (no connection, no answer, busy,
// aborted); Rejected where the request is refused and would be again (too large, out of quota, not
// allowed); ActionRequired where a person has to change something (credentials, permissions, a
// folder that is not there); LocalStorageFull where its disk is full. After any of them the store
// rests, 1 s at first and 5 min at most, or as long as Problem::retryAfter() says if that is longer
// (1 hour at most), and what was asked goes to another one or is asked again; the Problem, with the
// URL put to it, is in Transport::helpers() and may become Transport::problem(), and the last two
// make Transport::state() NeedsAttention. Other kinds are for the plugin to use.
class REMOTELOG_EXPORT ContentStore : public QObject
{
    Q_OBJECT

public:
    explicit ContentStore(QObject *parent = nullptr);
    // Must not wait for open calls; nobody looks at their futures any more.
    ~ContentStore() override;

    // True if it is held back while there is no network. Does not change while the object lives.
    virtual bool needsNetwork() const = 0;

    // True if it is only read from: put() is never called then, and it counts neither as a place
    // where blocks are stored nor in an audit. Does not change while the object lives. False here.
    virtual bool isReadOnly() const;

    // Finishes open calls soon, with WillRetry. Called when the network changed, if needsNetwork(),
    // and when a call takes far too long.
    virtual void abort() = 0;

    // Keeps blocks durably (3/REMOTE-LOG: Add). A null Problem says that all of them are kept; with
    // any other, some may be, and all come again. Blocks that are there already are no problem. May
    // take 30 s, and another second for each 32 KiB of the blocks; the store rests then, but what
    // it answers late counts. After as long again abort() is called, and in the end the call is
    // given up; less is put at once from then on.
    virtual QFuture<Problem> put(const Upload &upload) = 0;

    // The block wanted, perhaps with others (3/REMOTE-LOG: Get). An empty list says that the store
    // does not have it (now): no failure.
    //
    // Many are open at once, and any answer shows that the store is alive: all of them fail when
    // none was answered for 30 s, and another second for each 32 KiB that is expected (of a tree:
    // 8 MiB, however many are open). One alone fails after about 160 s while others are answered,
    // a tree after 7 min. A block is asked of another store, too, after 2 s of silence.
    virtual QFuture<Result<QList<Block>>> get(const Fetch &fetch) = 0;

    // For each address, in order, whether the store holds the block. At most 256 addresses; the
    // plugin itself asks for 64 at a time. May take 30 s, and another half second for each address.
    // Asked before uploads, by audits, and in the background about all blocks of a log about once a
    // day: what it costs the store should be little. A failure counts as one of writing.
    virtual QFuture<Result<QList<bool>>> exists(const QList<QByteArray> &addresses) = 0;

Q_SIGNALS:
    // A block that was asked for and missing may be there now. In the worker thread.
    void changed();
};

} // namespace RemoteLog
