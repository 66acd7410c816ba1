// SPDX-License-Identifier: MIT
#include "uploader.h"

#include "call.h"

#include "log/address.h"

namespace RemoteLog {

namespace {

constexpr int BatchBlocks = 256;
constexpr qint64 BatchBytes = 8 * 1024 * 1024;

} // namespace

Uploader::Uploader(const OwnLog &log, Helper *helper, const PublisherContext &context,
                   QObject *parent)
    : QObject(parent)
    , m_log(log)
    , m_helper(helper)
    , m_context(context)
    , m_helperId(context.database.helperId(helper->url().toString()))
{
    const Result<quint64> stored = m_context.pages.storedPages(m_log, m_helperId);
    if (stored.ok())
        m_storedPages = std::min(stored.value(), m_log.position.nextPage);
    if (m_storedPages > 0) {
        const Result<PageRange> last = m_context.pages.pageRange(m_log, m_storedPages - 1);
        if (last.ok())
            m_head = last.value().address;
    }
}

void Uploader::advance()
{
    if (m_isBusy || !m_helper || !m_helper->isUsable(Helper::Role::Store, Helper::Direction::Write)
        || m_storedPages >= m_log.position.nextPage)
        return;
    const Result<QList<OwnBlock>> batch =
        m_context.pages.blocks(m_log, m_storedPages, m_ordinal, BatchBlocks, BatchBytes);
    if (!batch.ok() || batch.value().isEmpty()) {
        Q_EMIT failed(batch.ok()
                          ? Problem(Problem::Kind::LocalDataCorrupt,
                                    QStringLiteral("page %1 has no blocks").arg(m_storedPages))
                          : batch.problem());
        return;
    }
    QList<Block> blocks;
    for (const OwnBlock &block : batch.value())
        blocks.append(block.block);
    const OwnBlock &last = batch.value().constLast();
    const bool isHead = last.isPage && last.page + 1 == m_log.position.nextPage;
    Upload upload;
    upload.setBlocks(blocks);
    if (isHead) {
        upload.setHead(last.block.address());
        upload.setPreviousHead(m_head);
        upload.setCompletesTree(true);
    }
    m_isBusy = true;
    const Helper::Call call = m_helper->begin(Helper::Role::Store, Helper::Direction::Write);
    whenAnswered<Problem>(m_helper->store()->put(upload), this, m_context.timing.callLimit,
                          [this, call, page = last.page, ordinal = last.ordinal,
                           endsPage = last.isPage, head = upload.head()](const Problem &problem) {
                              uploaded(call, problem, page, ordinal, endsPage, head);
                          });
}

void Uploader::uploaded(const Helper::Call &call, const Problem &problem, quint64 page, int ordinal,
                        bool endsPage, const QByteArray &head)
{
    m_isBusy = false;
    if (!m_helper)
        return;
    if (problem) {
        // Goes on when the helper says that it may be used again.
        m_helper->failed(call, problem);
        Q_EMIT progressed();
        return;
    }
    m_helper->succeeded(call);
    const quint64 stored = endsPage ? page + 1 : page;
    m_ordinal = endsPage ? 0 : ordinal + 1;
    if (stored != m_storedPages) {
        m_storedPages = stored;
        if (const Problem local = m_context.pages.setStoredPages(m_log, m_helperId, stored))
            Q_EMIT failed(local); // at worst the blocks are put once more after a restart
    }
    if (!head.isEmpty())
        m_head = head;
    Q_EMIT progressed();
    advance();
}

} // namespace RemoteLog
