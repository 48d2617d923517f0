//! The names of Unicode classes after `\p`.

use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, HirKind};

/// The characters that a name stands for: `Any`, `ASCII`, `Assigned`, a general category or a
/// script. Case, blanks, hyphens and underscores do not count.
pub(super) fn named(name: &[u8]) -> Option<ClassUnicode> {
    let mut plain = String::with_capacity(name.len());
    for &byte in name {
        match byte {
            b' ' | b'-' | b'_' => {}
            byte if byte.is_ascii_alphabetic() => plain.push(byte.to_ascii_lowercase().into()),
            _ => return None,
        }
    }
    match &plain[..] {
        "any" => Some(range('\0', char::MAX)),
        "ascii" => Some(range('\0', '\x7f')),
        "assigned" => {
            let mut class = property("gc", "cn")?;
            class.negate();
            Some(class)
        }
        // The surrogates, of which no text has one.
        "cs" | "surrogate" => Some(ClassUnicode::empty()),
        // The property's other spelling, which Go does not know.
        _ if plain.starts_with("is") => None,
        _ if is_script(&plain) => property("sc", &plain),
        _ => property("gc", &plain),
    }
}

/// The characters between two code points; surrogates are in no text, so in no class.
pub(super) fn code_points(low: u32, high: u32) -> ClassUnicode {
    let low = char::from_u32(low).unwrap_or('\u{e000}');
    let high = char::from_u32(high).unwrap_or('\u{d7ff}');
    if low > high {
        return ClassUnicode::empty();
    }
    ClassUnicode::new([ClassUnicodeRange::new(low, high)])
}

fn range(first: char, last: char) -> ClassUnicode {
    ClassUnicode::new([ClassUnicodeRange::new(first, last)])
}

fn property(property: &str, value: &str) -> Option<ClassUnicode> {
    let hir = regex_syntax::parse(&format!(r"\p{{{property}={value}}}")).ok()?;
    match hir.into_kind() {
        HirKind::Class(Class::Unicode(class)) => Some(class),
        // A class of one character.
        HirKind::Literal(text) => {
            let letter = std::str::from_utf8(&text.0).ok()?.chars().next()?;
            Some(range(letter, letter))
        }
        _ => None,
    }
}

fn is_script(plain: &str) -> bool {
    SCRIPTS.split_ascii_whitespace().any(|name| {
        let letters = name.bytes().filter(|byte| *byte != b'_');
        letters
            .map(|byte| byte.to_ascii_lowercase())
            .eq(plain.bytes())
    })
}

/// The scripts of Unicode 15 by their long names; no short name counts.
const SCRIPTS: &str = "
    Adlam Ahom Anatolian_Hieroglyphs Arabic Armenian Avestan Balinese Bamum Bassa_Vah Batak
    Bengali Bhaiksuki Bopomofo Brahmi Braille Buginese Buhid Canadian_Aboriginal Carian
    Caucasian_Albanian Chakma Cham Cherokee Chorasmian Common Coptic Cuneiform Cypriot
    Cypro_Minoan Cyrillic Deseret Devanagari Dives_Akuru Dogra Duployan Egyptian_Hieroglyphs
    Elbasan Elymaic Ethiopic Georgian Glagolitic Gothic Grantha Greek Gujarati Gunjala_Gondi
    Gurmukhi Han Hangul Hanifi_Rohingya Hanunoo Hatran Hebrew Hiragana Imperial_Aramaic Inherited
    Inscriptional_Pahlavi Inscriptional_Parthian Javanese Kaithi Kannada Katakana Kawi Kayah_Li
    Kharoshthi Khitan_Small_Script Khmer Khojki Khudawadi Lao Latin Lepcha Limbu Linear_A
    Linear_B Lisu Lycian Lydian Mahajani Makasar Malayalam Mandaic Manichaean Marchen
    Masaram_Gondi Medefaidrin Meetei_Mayek Mende_Kikakui Meroitic_Cursive Meroitic_Hieroglyphs
    Miao Modi Mongolian Mro Multani Myanmar Nabataean Nag_Mundari Nandinagari New_Tai_Lue Newa
    Nko Nushu Nyiakeng_Puachue_Hmong Ogham Ol_Chiki Old_Hungarian Old_Italic Old_North_Arabian
    Old_Permic Old_Persian Old_Sogdian Old_South_Arabian Old_Turkic Old_Uyghur Oriya Osage
    Osmanya Pahawh_Hmong Palmyrene Pau_Cin_Hau Phags_Pa Phoenician Psalter_Pahlavi Rejang Runic
    Samaritan Saurashtra Sharada Shavian Siddham SignWriting Sinhala Sogdian Sora_Sompeng Soyombo
    Sundanese Syloti_Nagri Syriac Tagalog Tagbanwa Tai_Le Tai_Tham Tai_Viet Takri Tamil Tangsa
    Tangut Telugu Thaana Thai Tibetan Tifinagh Tirhuta Toto Ugaritic Vai Vithkuqi Wancho
    Warang_Citi Yezidi Yi Zanabazar_Square
";
