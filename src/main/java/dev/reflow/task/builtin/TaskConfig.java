package dev.reflow.task.builtin;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.time.Duration;

/** What an operator may set for the built-in task executors. */
@ConfigMapping(prefix = "reflow.task")
public interface TaskConfig {
    Http http();

    @WithName("format-data")
    FormatData formatData();

    /** Of {@code http_request}. */
    interface Http {
        /**
         * Whether requests may go to loopback, link-local, private and other addresses that are not of the public
         * internet. Off by default: whoever may write a flow could otherwise reach what only this service can reach.
         */
        @WithDefault("false")
        boolean allowPrivateNetworks();

        /** The longest time from a task's start to the end of its response, redirects included. Default 30 seconds. */
        @WithDefault("30s")
        Duration timeout();

        /** The longest time for one TCP connection to be made. Default 5 seconds. */
        @WithDefault("5s")
        Duration connectTimeout();

        /** The largest response body, in bytes. Default 4 MiB. */
        @WithDefault("4194304")
        int maxResponseBytes();
    }

    /** Of {@code format_data}. */
    interface FormatData {
        /** The longest time that one expression may be evaluated. Default 10 seconds. */
        @WithDefault("10s")
        Duration timeout();
    }
}
