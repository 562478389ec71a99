//! What a path on the command line means.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test makes its own files, and fails where it cannot"
)]

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use kplan::load::{Exclude, Failure, Inputs, Loaded, load};

mod sandbox;

use sandbox::{folder, write};

fn try_read(paths: &[PathBuf], exclude: &Exclude) -> Result<Loaded, Failure> {
    load(&Inputs { paths, inventory: &[], exclude, besides: None }, &mut "from: stdin\n".as_bytes())
}

/// The files that the paths mean, relative to `folder`.
fn names(folder: &Path, paths: &[&str], exclude: &Exclude) -> Vec<String> {
    let paths: Vec<PathBuf> =
        paths.iter().map(|path| if *path == "-" { path.into() } else { folder.join(path) }).collect();
    let loaded = try_read(&paths, exclude).unwrap();
    assert_eq!(loaded.failures, []);
    let prefix = format!("{}/", folder.display());
    loaded.workspace.files().map(|(_, file)| file.path().replace(&prefix, "")).collect()
}

#[test]
fn a_folder_gives_its_manifests_sorted() {
    let folder = folder("walk");
    for name in
        ["b/x.yml", "a.YAML", "b/y.json", "README.md", "b/notes.txt", ".github/w.yaml", ".git/config.yaml"]
    {
        write(&folder, name, "a: 1\n");
    }
    assert_eq!(
        names(&folder, ["."].as_ref(), &Exclude::default()),
        [".github/w.yaml", "a.YAML", "b/x.yml", "b/y.json"]
    );
}

#[test]
fn a_named_file_is_read_whatever_it_is_called() {
    let folder = folder("named");
    write(&folder, "README.md", "# Read me\n");
    write(&folder, "ignored.yaml", "a: 1\n");
    write(&folder, ".gitignore", "ignored.yaml\n");
    assert_eq!(
        names(&folder, &["README.md", "ignored.yaml"], &Exclude::default()),
        ["README.md", "ignored.yaml"]
    );
}

#[test]
fn gitignore_files_are_respected_at_every_level() {
    let folder = folder("gitignore");
    for name in [
        "a.yaml",
        "out/b.yaml",
        "x/c.yaml",
        "x/keep.yaml",
        "x/deep/c.yaml",
        "nested/.git/HEAD",
        "nested/out/b.yaml",
    ] {
        write(&folder, name, "a: 1\n");
    }
    write(&folder, ".git/info/exclude", "a.yaml\n");
    write(&folder, ".gitignore", "out/\n*.yaml\n!keep.yaml\n!/nested/**\n!a.yaml\n!c.yaml\n");
    write(&folder, "x/.gitignore", "/c.yaml\n");
    let all = names(&folder, &["."], &Exclude::default());
    // The files in the repository go before those in `.git/info/exclude`; a repository inside has rules of its own.
    assert_eq!(all, ["a.yaml", "nested/out/b.yaml", "x/deep/c.yaml", "x/keep.yaml"]);
    assert_eq!(
        names(&folder, &["x"], &Exclude::default()),
        ["x/deep/c.yaml", "x/keep.yaml"],
        "rules from above hold"
    );
}

#[test]
fn exclude_patterns_are_relative_to_their_folder() {
    let folder = folder("exclude");
    for name in ["a.yaml", "testdata/b.yaml", "x/testdata/y/c.yaml", "x/d.yaml"] {
        write(&folder, name, "a: 1\n");
    }
    let exclude = Exclude::new(&folder, ["**/testdata/**", "/x/d.yaml"].into_iter()).unwrap();
    assert_eq!(names(&folder, &["."], &exclude), ["a.yaml"]);
    assert_eq!(names(&folder, &["x/testdata"], &exclude), Vec::<String>::new());
    assert_eq!(names(&folder, &["x/d.yaml"], &exclude), ["x/d.yaml"], "a named file is wanted");
    assert_eq!(Exclude::new(&folder, ["ok", "{a"].into_iter()).unwrap_err().0, 1);
}

#[test]
fn a_file_with_two_names_is_read_once() {
    let folder = folder("twice");
    write(&folder, "x/a.yaml", "a: 1\n");
    write(&folder, "x/b.yaml", "b: 1\n");
    let all = names(&folder, &["x", "x/../x/a.yaml", "x", "x/b.yaml"], &Exclude::default());
    assert_eq!(all.len(), 2, "{all:?}");
}

#[cfg(unix)]
#[test]
fn links_to_files_are_followed_and_loops_are_not() {
    use std::os::unix::fs::symlink;
    let folder = folder("links");
    write(&folder, "real/a.yaml", "a: 1\n");
    write(&folder, "elsewhere/outside.yaml", "b: 1\n");
    symlink("../real", folder.join("real/loop")).unwrap();
    symlink("a.yaml", folder.join("real/0-alias.yaml")).unwrap();
    symlink("../elsewhere/outside.yaml", folder.join("real/outside.yaml")).unwrap();
    symlink("nowhere.yaml", folder.join("real/dangling.yaml")).unwrap();
    assert_eq!(names(&folder, &["real"], &Exclude::default()), ["real/a.yaml", "real/outside.yaml"]);
    let failure = try_read(&[folder.join("real/dangling.yaml")], &Exclude::default()).unwrap_err();
    assert!(failure.to_string().ends_with("is a link to `nowhere.yaml`, which does not exist"), "{failure}");
}

#[test]
fn a_dash_is_standard_input_once() {
    let folder = folder("stdin");
    assert_eq!(names(&folder, &["-", "-"], &Exclude::default()), ["<stdin>"]);
}

#[test]
fn a_missing_path_is_said_before_anything_is_read() {
    let folder = folder("missing");
    write(&folder, "a.yaml", "a: 1\n");
    let failure = try_read(&[folder.join("a.yaml"), folder.join("b.yaml")], &Exclude::default()).unwrap_err();
    assert!(failure.to_string().ends_with("b.yaml` does not exist"), "{failure}");
}

#[test]
fn standard_input_that_fails_is_a_failure_beside_the_rest() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("gone"))
        }
    }
    let folder = folder("broken");
    write(&folder, "a.yaml", "a: 1\n");
    let paths = ["-".into(), folder.join("a.yaml")];
    let loaded = load(
        &Inputs { paths: &paths, inventory: &[], exclude: &Exclude::default(), besides: None },
        &mut Broken,
    )
    .unwrap();
    assert_eq!(loaded.workspace.len(), 1);
    assert_eq!(loaded.failures.len(), 1);
}

#[test]
fn many_files_in_one_folder_are_all_read() {
    let folder = folder("many");
    for index in 0..500 {
        write(&folder, &format!("{index:03}.yaml"), &format!("index: {index}\n"));
    }
    let loaded = try_read(std::slice::from_ref(&folder), &Exclude::default()).unwrap();
    for (index, (_, file)) in loaded.workspace.files().enumerate() {
        assert_eq!(file.text(), format!("index: {index}\n"));
    }
    assert_eq!(loaded.workspace.len(), 500);
}

#[test]
fn a_file_is_written_whole_and_keeps_its_permissions() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder("whole");
    write(&folder, "a.yaml", "old\n");
    fs::set_permissions(folder.join("a.yaml"), fs::Permissions::from_mode(0o640)).unwrap();
    kplan::load::write(&folder.join("a.yaml"), "new\n").unwrap();
    assert_eq!(fs::read_to_string(folder.join("a.yaml")).unwrap(), "new\n");
    assert_eq!(fs::metadata(folder.join("a.yaml")).unwrap().permissions().mode() & 0o777, 0o640);
    kplan::load::write(&folder.join("b.yaml"), "b\n").unwrap();
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 2, "no temporary file is left");
}

#[test]
fn a_link_stays_a_link_and_its_file_is_replaced_whole() {
    use std::os::unix::fs::{MetadataExt, symlink};
    let folder = folder("link");
    write(&folder, "base/a.yaml", "old\n");
    symlink("base/a.yaml", folder.join("near.yaml")).unwrap();
    symlink("near.yaml", folder.join("far.yaml")).unwrap();
    let before = fs::metadata(folder.join("base/a.yaml")).unwrap().ino();
    kplan::load::write(&folder.join("far.yaml"), "new\n").unwrap();
    assert!(fs::symlink_metadata(folder.join("far.yaml")).unwrap().is_symlink());
    assert!(fs::symlink_metadata(folder.join("near.yaml")).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(folder.join("base/a.yaml")).unwrap(), "new\n");
    assert_ne!(
        fs::metadata(folder.join("base/a.yaml")).unwrap().ino(),
        before,
        "another file took its name: the old one was never half written"
    );
    assert_eq!(fs::read_dir(folder.join("base")).unwrap().count(), 1, "no temporary file is left");
}

#[test]
fn what_cannot_be_written_leaves_nothing_behind() {
    let folder = folder("failed");
    fs::create_dir_all(folder.join("a.yaml/below")).unwrap();
    kplan::load::write(&folder.join("a.yaml"), "new\n").unwrap_err();
    kplan::load::write(&folder.join("no/such.yaml"), "new\n").unwrap_err();
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
}
