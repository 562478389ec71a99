//! Which files of a node give the node away to whoever may read or write them.

/// What a container can do with a file or folder of its node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Power {
    /// Start containers of any kind through the socket of the runtime, also where it is mounted read-only.
    Runtime(&'static str),
    /// Change the node, or the keys by which it is known.
    Node,
    /// Only look at the kernel and the hardware, or add files that nothing runs: nothing by reading.
    Kernel,
}

/// By the last part of the path: the socket of a container runtime.
const SOCKETS: &[(&str, &str)] = &[
    ("docker.sock", "Docker"),
    ("containerd.sock", "containerd"),
    ("crio.sock", "CRI-O"),
    ("cri-dockerd.sock", "Docker"),
    ("podman.sock", "Podman"),
];

/// Folders with the programs, settings or keys of the node, and those that hold the sockets.
const NODE: &[&str] = &[
    "",
    "/bin",
    "/boot",
    "/etc",
    "/etc/kubernetes",
    "/etc/kubernetes/pki",
    "/lib",
    "/lib64",
    "/root",
    "/run",
    "/run/containerd",
    "/run/crio",
    "/sbin",
    "/usr",
    "/usr/bin",
    "/usr/lib",
    "/usr/sbin",
    "/var",
    "/var/lib",
    "/var/lib/containerd",
    "/var/lib/docker",
    "/var/lib/etcd",
    "/var/lib/kubelet",
    "/var/run",
    "/var/run/containerd",
    "/var/run/crio",
];

/// Folders of the kernel: writing there changes the node, reading tells about it.
const KERNEL: &[&str] = &["/dev", "/proc", "/sys"];

/// Folders of [`NODE`] that hold no keys, and no socket.
const HARMLESS_TO_READ: &[&str] =
    &["/bin", "/boot", "/lib", "/lib64", "/sbin", "/usr", "/usr/bin", "/usr/lib", "/usr/sbin"];

/// What a path of a node means to who has it; `None` for a folder of no account.
pub fn power_of(path: &str) -> Option<Power> {
    let path = path.trim_end_matches('/');
    let last = path.rsplit('/').next().unwrap_or_default();
    if let Some((_, runtime)) = SOCKETS.iter().find(|(name, _)| *name == last) {
        return Some(Power::Runtime(runtime));
    }
    if KERNEL.contains(&path) {
        return Some(Power::Kernel);
    }
    NODE.contains(&path).then_some(Power::Node)
}

/// Whether reading a path is enough to get at keys, or at the socket of the runtime.
pub fn tells_secrets(path: &str) -> bool {
    let path = path.trim_end_matches('/');
    NODE.contains(&path) && !HARMLESS_TO_READ.contains(&path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_counts_and_what_stands_in_it_does_not() {
        assert_eq!(power_of("/etc/"), Some(Power::Node));
        assert_eq!(power_of("/"), Some(Power::Node));
        assert_eq!(power_of("/etc/localtime"), None);
        assert_eq!(power_of("/etc/cni/net.d"), None);
        assert_eq!(power_of("/proc"), Some(Power::Kernel));
    }

    #[test]
    fn a_socket_counts_wherever_it_stands() {
        for path in ["/var/run/docker.sock", "/run/k3s/containerd/containerd.sock", "/run/crio/crio.sock"] {
            assert!(matches!(power_of(path), Some(Power::Runtime(_))), "{path}");
        }
        assert_eq!(power_of("/var/run/app.sock"), None);
    }

    #[test]
    fn programs_may_be_read() {
        assert!(tells_secrets("/"));
        assert!(tells_secrets("/var/lib/kubelet"));
        assert!(!tells_secrets("/usr"));
        assert!(!tells_secrets("/proc"));
    }
}
