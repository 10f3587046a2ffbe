# SPDX-License-Identifier: Apache-2.0
#
#     docker build -t chaosproxy .                          the proxy and chaosctl
#     docker build -t prism-stub --target prism-stub .      the service of the quick start
#     docker build -t curl-client --target client .         a client with curl
#
# Run the proxy with its configuration at /etc/chaosproxy/chaosproxy.yaml; compose.yaml shows how.

FROM swift:6.3-bookworm AS build
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends libssl-dev libpcap-dev zlib1g-dev binutils \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
# Dependencies change less often than sources: they are fetched in a layer of their own.
COPY Package.* ./
RUN swift package resolve
# The manifest names the folders of the tests and benchmarks, and is refused without them.
COPY Sources Sources
COPY Tests Tests
COPY Benchmarks Benchmarks
# The Swift runtime goes into the programs: the images that run them have no toolchain. Each program
# is named, so that those that only measure are not built.
RUN mkdir /programs \
    && for program in chaosproxy chaosctl prism-stub; do \
        swift build -c release --static-swift-stdlib -Xswiftc -cross-module-optimization \
            --product "$program" \
        && strip -o "/programs/$program" ".build/release/$program" || exit; \
    done

# What every image here is made of: a user of its own, who owns nothing but a folder to run in.
FROM debian:bookworm-slim AS slim
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/*
RUN groupadd --gid 10001 chaos \
    && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin chaos

FROM slim AS client
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends curl \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/*
USER 10001:10001
ENTRYPOINT ["curl"]

FROM slim AS prism-stub
COPY --from=build /programs/prism-stub /usr/local/bin/
USER 10001:10001
EXPOSE 8080
ENTRYPOINT ["prism-stub"]
CMD ["--listen", "0.0.0.0:8080"]

# The last stage is what a build without --target makes.
FROM slim AS chaosproxy
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends libssl3 libpcap0.8 zlib1g \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/*
COPY --from=build /programs/chaosproxy /programs/chaosctl /usr/local/bin/
RUN install -d -m 755 /etc/chaosproxy \
    && install -d -o chaos -g chaos -m 700 /run/chaosproxy
USER 10001:10001
# Where chaosctl looks for the proxy, here and in `docker exec`.
ENV CHAOS_SOCKET=/run/chaosproxy/admin.sock
EXPOSE 18080
HEALTHCHECK --interval=5s --timeout=3s --start-period=5s --retries=3 \
    CMD ["chaosctl", "healthcheck"]
# Without a shell between, so that SIGTERM drains the proxy and SIGHUP reloads its file.
ENTRYPOINT ["chaosproxy", "--socket", "/run/chaosproxy/admin.sock"]
CMD ["--config", "/etc/chaosproxy/chaosproxy.yaml"]
