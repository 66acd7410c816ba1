// SPDX-License-Identifier: MIT
#include "logandstores.h"

namespace RemoteLog::Testing {

using namespace std::chrono_literals;

LogAndStores::LogAndStores()
{
    if (const Problem problem = profile.open())
        qFatal("a profile does not open: %s", qPrintable(problem.detail()));
    log = profile.createLog();
    outbox = std::make_unique<Outbox>(profile.db());
    pages = std::make_unique<OwnPages>(profile.db());
    timing.callLimit = 1500ms;
    timing.minimumRate = 1024 * 1024 * 1024;
    timing.retryFirst = timing.retryMost = 20ms;
    use({First});
}

void LogAndStores::use(const QList<QUrl> &urls)
{
    const auto registry = std::make_shared<HelperRegistry>();
    if (registry->add(QStringLiteral("scripted"), ContentStoreFactory(ScriptedStore::create)))
        qFatal("a content store is not taken");
    context.reset();
    fetcher.reset();
    helpers = std::make_unique<HelperSet>(registry, timing, nullptr);
    fetcher = std::make_unique<BlockFetcher>(*helpers, timing, nullptr);
    Settings settings;
    settings.setHelpers(urls);
    helpers->configure(settings);
    context.reset(new PublisherContext{*outbox, *pages, profile.db(), *helpers, *fetcher, timing,
                                       &QDateTime::currentDateTimeUtc});
}

void LogAndStores::addPages(int count, int blockSize, int contents)
{
    QList<CutPage> cut;
    for (int i = 0; i < count; ++i)
        cut.append(cutPage(log, log.position.nextSequence, contents, blockSize));
    if (const Problem problem = pages->addPages(log, cut))
        qFatal("pages are not taken: %s", qPrintable(problem.detail()));
}

void LogAndStores::place(const Placement &placement, const QUrl &url)
{
    if (pages->setPlacement(log, profile.db().helperId(url.toString()), placement))
        qFatal("a placement is not taken");
}

Placement LogAndStores::placement(const QUrl &url)
{
    return pages->placement(log, profile.db().helperId(url.toString())).value();
}

QList<OwnBlock> LogAndStores::blocks()
{
    return pages->blocks(log, 0, 0, 100'000, 1 << 30).value();
}

} // namespace RemoteLog::Testing
