package dev.reflow.support;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;
import org.jboss.logmanager.ExtHandler;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.formatters.PatternFormatter;

/** What is logged, with stack traces, from now until it is closed. */
public final class LogLines extends ExtHandler {
    private static final Logger ROOT = LogManager.getLogManager().getLogger("");

    private final List<String> lines = new CopyOnWriteArrayList<>();

    private LogLines() {
        setLevel(Level.ALL);
        setFormatter(new PatternFormatter(
                "%-5p [%c] %X{request_id} %X{organization_id} %X{flow_execution_id} %X{generation} %s%e"));
    }

    public static LogLines ofAll() {
        LogLines lines = new LogLines();
        ROOT.addHandler(lines);
        return lines;
    }

    @Override
    protected void doPublish(ExtLogRecord record) {
        lines.add(getFormatter().format(record));
    }

    public List<String> lines() {
        return List.copyOf(lines);
    }

    @Override
    public void close() {
        ROOT.removeHandler(this);
        super.close();
    }
}
