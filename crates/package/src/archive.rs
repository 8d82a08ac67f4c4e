//! The zip around a package. Entries are counted, measured and named before they are believed.

use std::collections::HashSet;
use std::io::{Cursor, Read, Write};

use base::limits;
use bytes::Bytes;
use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use crate::component::File;
use crate::error::{PackageError, Result};

/// Below this size the ratio of an entry does not matter.
const RATIO_FLOOR_BYTES: u64 = 1024 * 1024;

/// The files of a zip in their order; folders are left out.
pub(crate) fn read(bytes: &[u8]) -> Result<Vec<File>> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|e| unreadable(bytes, &e))?;
    if archive.len() > limits::PACKAGE_ENTRIES_MAX {
        let max = limits::PACKAGE_ENTRIES_MAX;
        let what = format!("The zip has {} entries; {max} are allowed", archive.len());
        return Err(PackageError::limit(what));
    }
    if archive.has_duplicate_names() {
        return Err(PackageError::file("The zip has two entries with the same name"));
    }
    if archive.has_overlapping_entries().map_err(|e| unreadable(bytes, &e))? {
        return Err(PackageError::file("The zip has entries that share their bytes"));
    }
    let mut files = Vec::with_capacity(archive.len());
    let mut seen = HashSet::new();
    let mut total = 0;
    for index in 0..archive.len() {
        let Some(file) = entry(&mut archive, index, &mut total)? else { continue };
        if !seen.insert(file.path.clone()) {
            return Err(PackageError::file(format!("The zip has {} twice", file.path)));
        }
        files.push(file);
    }
    Ok(files)
}

fn entry(
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    index: usize,
    total: &mut u64,
) -> Result<Option<File>> {
    let raw = archive.by_index_data(index).map_err(|e| damaged(index, &e))?;
    let (name, compressed) = (raw.name_raw().to_vec(), raw.compressed_size());
    let name = String::from_utf8(name)
        .map_err(|_| PackageError::file(format!("The name of entry {index} is not UTF-8")))?;
    let is_folder = name.ends_with(['/', '\\']);
    let path = safe_path(&name)?;
    if is_folder {
        return Ok(None);
    }
    let left = limits::PACKAGE_TOTAL_BYTES_MAX.saturating_sub(*total);
    let ratio = RATIO_FLOOR_BYTES.max(compressed.saturating_mul(limits::PACKAGE_RATIO_MAX));
    let allowed = limits::PACKAGE_ENTRY_BYTES_MAX.min(left).min(ratio);
    let reader = archive.by_index(index).map_err(|e| refused(&path, &e))?;
    let mut bytes = Vec::new();
    reader.take(allowed + 1).read_to_end(&mut bytes).map_err(|e| damaged_file(&path, &e))?;
    if bytes.len() as u64 > allowed {
        return Err(too_large(&path, left, ratio));
    }
    *total += bytes.len() as u64;
    Ok(Some(File { path, bytes: Bytes::from(bytes) }))
}

/// The path with forward slashes; refused where it leaves the folder.
pub(crate) fn safe_path(name: &str) -> Result<String> {
    let wrong = |why: &str| {
        PackageError::file(format!("The path {name:?} {why}"))
            .remedy("Paths in a package stay inside its folder.")
    };
    let path = name.replace('\\', "/");
    let path = path.strip_suffix('/').unwrap_or(&path);
    if path.starts_with('/') {
        return Err(wrong("is absolute"));
    }
    if path.as_bytes().get(1) == Some(&b':') && path.as_bytes()[0].is_ascii_alphabetic() {
        return Err(wrong("has a drive letter"));
    }
    if path.split('/').any(|part| part == "..") {
        return Err(wrong("leaves the package"));
    }
    if path.split('/').any(|part| part.is_empty() || part == ".") {
        return Err(wrong("has an empty part"));
    }
    if path.chars().any(char::is_control) {
        return Err(wrong("has a control character"));
    }
    Ok(path.to_owned())
}

/// A zip of files, the same for the same files: times are fixed.
pub(crate) fn write<'a>(files: impl Iterator<Item = (&'a str, &'a [u8])>) -> Result<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, bytes) in files {
        let options = options.large_file(bytes.len() as u64 >= u64::from(u32::MAX));
        zip.start_file(path, options).map_err(|e| unwritable(path, &e))?;
        zip.write_all(bytes).map_err(|e| unwritable(path, &e.into()))?;
    }
    Ok(zip.finish().map_err(|e| unwritable("the end of the zip", &e))?.into_inner())
}

fn unwritable(path: &str, error: &ZipError) -> PackageError {
    PackageError::file(format!("{path} cannot be written: {error}"))
}

fn unreadable(bytes: &[u8], error: &ZipError) -> PackageError {
    if !bytes.starts_with(b"PK") {
        return PackageError::file("The file is not a zip")
            .remedy("A solution package is the .zip that an export or a pack made.");
    }
    let what = match error {
        ZipError::UnsupportedArchive(why) => format!("The zip is of an unsupported form: {why}"),
        _ => "The zip is damaged or cut off".to_owned(),
    };
    PackageError::file(what).remedy("Download or export it again.")
}

fn damaged(index: usize, error: &ZipError) -> PackageError {
    PackageError::file(format!("Entry {index} of the zip is damaged: {error}"))
}

fn refused(path: &str, error: &ZipError) -> PackageError {
    let what = match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => {
            format!("{path} is encrypted")
        }
        ZipError::CompressionMethodNotSupported(method) => {
            format!("{path} is packed with method {method}, which is not supported")
        }
        _ => format!("{path} is damaged or cut off"),
    };
    PackageError::file(what).remedy("Make the zip again, with deflate and without a password.")
}

fn damaged_file(path: &str, error: &std::io::Error) -> PackageError {
    PackageError::file(format!("{path} is damaged or cut off: {error}"))
        .remedy("Download or export the package again.")
}

fn too_large(path: &str, left: u64, ratio: u64) -> PackageError {
    let max = limits::PACKAGE_ENTRY_BYTES_MAX.min(left);
    if ratio < max {
        let times = limits::PACKAGE_RATIO_MAX;
        return PackageError::limit(format!("{path} unpacks to more than {times} times its size"));
    }
    let max_mb = max / (1024 * 1024);
    if left < limits::PACKAGE_ENTRY_BYTES_MAX {
        return PackageError::limit("The package unpacks to more than is allowed")
            .at(format!("{path}, {max_mb} MB were left"));
    }
    PackageError::limit(format!("{path} unpacks to more than {max_mb} MB"))
}
